/** The user's settings, as schema/plugin.json declares them. */

import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IDisposable } from '@lumino/disposable';
import { ISignal, Signal } from '@lumino/signaling';

import type { Choices } from './api';

export class Settings {
  showInPalette = true;
  showInLauncher = true;
  auditOnOpen = false;
  auditOnSave = true;
  auditWhileTyping = false;
  typingPause = 1500;
  showBadges = true;
  showPhases = true;
  underlineCode = true;
  minimumConfidence = 0;
  relevance: 'any' | 'high' = 'any';
  ignore: string[] = [];

  /** Follow the registry's settings. */
  follow(settings: ISettingRegistry.ISettings): void {
    this._settings = settings;
    settings.changed.connect(this.read, this);
    this.read();
  }

  /** Change settings, in the user's file where there is a registry. */
  async set(values: Partial<Pick<Settings, 'showBadges' | 'showPhases' | 'underlineCode'>>): Promise<void> {
    Object.assign(this, values);
    this._changed.emit();
    for (const [name, value] of Object.entries(values)) {
      await this._settings?.set(name, value);
    }
  }

  choices(): Choices {
    return { min_confidence: this.minimumConfidence || undefined, ignore: this.ignore };
  }

  /** Offer what `add` adds while `wanted` says so. */
  keepTo(wanted: () => boolean, add: () => IDisposable[]): void {
    let added: IDisposable[] | null = null;
    const update = (): void => {
      if (wanted() && !added) {
        added = add();
      } else if (!wanted() && added) {
        added.forEach(item => item.dispose());
        added = null;
      }
    };
    this._changed.connect(update);
    update();
  }

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  private read(): void {
    Object.assign(this, this._settings?.composite ?? {});
    this._changed.emit();
  }

  private _settings: ISettingRegistry.ISettings | null = null;
  private _changed = new Signal<this, void>(this);
}
