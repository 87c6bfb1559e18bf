"""Pure decisions about stock: no clock, no SQL."""
