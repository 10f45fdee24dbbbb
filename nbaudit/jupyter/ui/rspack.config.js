// Module ids by default depend on the folder of the checkout; these don't, so that CI can compare the committed build.
module.exports = { optimization: { moduleIds: 'natural', chunkIds: 'natural' } };
