"""Facts about customers. The subject is the customer; no fact carries a name, a phone or an address, so that the log
need not be rewritten when somebody asks to be forgotten."""

from portico.platform.events import Fact, announces


@announces("customers.created.v1")
class CustomerCreated(Fact, frozen=True, kw_only=True):
    number: str
    language: str

    def topics(self) -> list[str]:
        return [str(self.subject), "customers"]


@announces("customers.changed.v1")
class CustomerChanged(Fact, frozen=True, kw_only=True):
    """`fields` names what is different now: name, phone, email, language, verified, erased."""

    fields: tuple[str, ...]

    def topics(self) -> list[str]:
        return [str(self.subject), "customers"]
