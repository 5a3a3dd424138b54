"""Rules of the field as pure functions: no Flask, no database, no clock."""
