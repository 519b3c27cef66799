"""What the memory of the cluster holds, how old it is, and how often its watches broke off."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from control.controller.cached_kube import CachedKube

LABELS = ["kind", "of_namespace"]
"""`namespace` is what Prometheus calls that of the pod that it asks."""


class WatchMetrics(Collector):
    def __init__(self, kube: CachedKube) -> None:
        self.kube = kube

    def collect(self) -> Iterator[Metric]:
        objects = GaugeMetricFamily("byoc_controller_objects", "Objects remembered.", labels=LABELS)
        silent = GaugeMetricFamily(
            "byoc_controller_watch_silent_seconds",
            "Since the API server last said anything of a kind; bookmarks come every minute.",
            labels=LABELS,
        )
        lists = CounterMetricFamily(
            "byoc_controller_lists", "Times that a kind was listed anew.", labels=LABELS
        )
        breaks = CounterMetricFamily(
            "byoc_controller_watch_breaks", "Watches that ended in an error.", labels=LABELS
        )
        for (kind, namespace), informer in self.kube.watched.items():
            about = [kind, namespace]
            objects.add_metric(about, len(informer.store.documents))
            silent.add_metric(about, informer.silent_for.total_seconds())
            lists.add_metric(about, informer.lists)
            breaks.add_metric(about, informer.breaks)
        yield from (objects, silent, lists, breaks)
