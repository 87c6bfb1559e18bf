"""Payment providers: adapters of `payments.ports.PaymentProvider`."""
