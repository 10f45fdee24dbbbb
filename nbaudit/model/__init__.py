"""What flows through nbaudit: frozen types and closed vocabularies. Imports only the standard library."""
