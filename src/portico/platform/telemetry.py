"""What an operator sees: structured logs with a request id, traces, and metrics at `/metrics`."""

import logging
import sys
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar

import structlog
from opentelemetry import metrics, trace
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.view import ExplicitBucketHistogramAggregation, View
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from portico.platform.settings import Settings

request_id: ContextVar[str] = ContextVar("request_id", default="")

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_resource = Resource.create({"service.name": "portico"})

_meter = metrics.get_meter("portico")
requests = _meter.create_histogram("http.server.request.duration", unit="s", description="Time to answer a request.")
batches = _meter.create_histogram(
    "portico.gather.batch.size", unit="1", description="Writes gathered into one transaction."
)
facts_shown = _meter.create_counter("portico.live.facts", unit="1", description="Facts passed to live screens.")
streams = _meter.create_up_down_counter("portico.live.streams", unit="1", description="Live streams open.")
tracer = trace.get_tracer("portico")
_traced = False


def start(settings: Settings) -> None:
    """Set up logging, metrics and, where a collector is named, traces. Once per process."""
    _start_logging(settings)
    reader = PrometheusMetricReader()
    batch_sizes = View(
        instrument_name="portico.gather.batch.size",
        aggregation=ExplicitBucketHistogramAggregation((1, 2, 4, 8, 16, 32, 64, 128, 256)),
    )
    seconds = View(
        instrument_name="http.server.request.duration", aggregation=ExplicitBucketHistogramAggregation(_SECONDS)
    )
    metrics.set_meter_provider(MeterProvider([reader], resource=_resource, views=[batch_sizes, seconds]))
    global _traced
    _traced = settings.otlp_endpoint is not None
    if settings.otlp_endpoint:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

        provider = TracerProvider(resource=_resource)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.otlp_endpoint)))
        trace.set_tracer_provider(provider)


def _start_logging(settings: Settings) -> None:
    console = settings.log_format == "console"
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if console else [structlog.processors.dict_tracebacks]),
            structlog.dev.ConsoleRenderer() if console else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[settings.log_level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=settings.log_level.upper(), stream=sys.stderr, format="%(message)s", force=True)
    logging.getLogger("pgqueuer").setLevel("WARNING")
    logging.getLogger("_granian").setLevel("WARNING")


def span(name: str, **attributes: str | int) -> AbstractContextManager[object]:
    """A trace span; nothing where no collector is named."""
    return tracer.start_as_current_span(name, attributes=attributes) if _traced else nullcontext()
