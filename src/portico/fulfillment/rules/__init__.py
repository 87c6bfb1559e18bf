"""Pure decisions about fulfillment: no clock, no SQL."""
