"""Settings: environment variables `PORTICO_*` over a file `portico.toml`, checked at the start.

`docs/settings.md` documents each; a test holds the two together.
"""

from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource


class Settings(BaseSettings):
    """Everything an operator may set. Unknown names in the file are refused."""

    model_config = SettingsConfigDict(env_prefix="PORTICO_", toml_file="portico.toml", extra="forbid", frozen=True)

    database_url: str | None = Field(
        None, description="PostgreSQL to use; empty: an embedded server in the data directory."
    )
    postgres: Literal["auto", "system", "wheel"] = Field(
        "auto",
        description="Which binaries the embedded server runs on: the system's, the wheel's, or the best there is.",
    )
    data: Path = Field(
        default_factory=lambda: user_data_path("portico"), description="Directory for all that is written."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(8000, description="Port to listen on; 0 picks a free one.")
    public_url: str | None = Field(None, description="How browsers reach Portico, for links in messages and QR codes.")
    secret: SecretStr | None = Field(
        None,
        description="Signs hand-over codes and links; at least 32 characters. Empty: made once, kept in the data directory.",
    )
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = Field(
        0, description="How many proxies stand in front and append to X-Forwarded-For."
    )
    connections_max: Annotated[int, Field(ge=2, le=500)] = Field(10, description="Database connections per process.")
    statement_cache: bool = Field(True, description="Prepared statements; off behind a PgBouncer in transaction mode.")
    gather: bool = Field(True, description="Gather concurrent hot writes into common transactions.")
    gather_batch_max: Annotated[int, Field(ge=1, le=1024)] = Field(
        128, description="Writes gathered into one transaction, at most."
    )
    gather_waiting_max: Annotated[int, Field(ge=1, le=100_000)] = Field(
        2048, description="Hot writes that may wait; more are answered 503 with Retry-After."
    )
    body_bytes_max: Annotated[int, Field(ge=1024, le=100_000_000)] = Field(
        2_000_000, description="Largest request body: room for ten thousand lines."
    )
    requests_per_minute: Annotated[int, Field(ge=0)] = Field(
        6000, description="Requests per minute from one address; 0: no limit."
    )
    sign_ins_per_minute: Annotated[int, Field(ge=0)] = Field(
        30, description="Sign-in attempts and hand-over codes tried per minute from one address; 0: no limit."
    )
    smtp_url: str | None = Field(
        None,
        description="smtp://user:password@host:port for outgoing mail; empty: mail is not sent, and said so in the log.",
    )
    mail_from: str = Field("Portico <portico@localhost>", description="Sender of outgoing mail.")
    easypost_url: str = Field(
        "https://api.easypost.com", description="Where EasyPost answers, or what speaks as it does."
    )
    easypost_key: SecretStr | None = Field(
        None, description="EasyPost's API key, for labels of carriers; empty: only our own labels are made."
    )
    easypost_webhook_secret: SecretStr | None = Field(
        None, description="Signs what EasyPost sends to /v1/carriers/easypost/events; empty: nothing is believed."
    )
    stripe_key: SecretStr | None = Field(None, description="Stripe's secret key; empty: cards are not taken online.")
    stripe_publishable_key: str = Field(
        "", description="Stripe's publishable key, for the buyer's browser; empty: the shop's pages take no cards."
    )
    stripe_js_url: str = Field(
        "https://js.stripe.com/v3/",
        description="Where the buyer's browser gets Stripe's script; its origin is all that the pages with cards allow beside ours.",
    )
    stripe_webhook_secret: SecretStr | None = Field(
        None, description="Proves what Stripe tells of its own accord; empty: nothing of that is believed."
    )
    stripe_url: str | None = Field(
        None, description="Another server that speaks Stripe's protocol; empty: Stripe's own."
    )
    apple_pass_certificate: Path | None = Field(
        None,
        description="Apple's certificate of your pass type (PEM), for members' cards in Apple Wallet; empty: none are made.",
    )
    apple_pass_key: Path | None = Field(None, description="The key of that certificate (PEM).")
    apple_pass_key_password: SecretStr | None = Field(None, description="The password of that key; empty: it has none.")
    apple_wwdr_certificate: Path | None = Field(
        None, description="Apple's intermediate certificate (WWDR, PEM) that signed yours."
    )
    google_wallet_key: Path | None = Field(
        None,
        description="A Google service account's file (JSON), for members' cards in Google Wallet; empty: none are made.",
    )
    google_wallet_issuer_id: str = Field("", description="Your issuer at Google Wallet.")
    ask_for_difference: bool = Field(
        True, description="An order that an edit made dearer asks its buyer for the difference by a letter with a link."
    )
    log_format: Literal["json", "console"] = Field("json", description="How log lines are written.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least level that is logged.")
    otlp_endpoint: str | None = Field(
        None, description="OpenTelemetry collector (OTLP over HTTP) for traces; empty: none are sent."
    )

    @property
    def reached_at(self) -> str:
        """How browsers reach Portico, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
