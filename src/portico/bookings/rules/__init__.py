"""Pure decisions about capacity: no clock, no SQL."""
