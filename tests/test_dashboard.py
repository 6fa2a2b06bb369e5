"""The dashboard and the alarms ask for nothing that is not there."""

import json
import re
from pathlib import Path

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from assistant.web.metrics import Metrics

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"
DASHBOARD = json.loads((DEPLOY / "dashboard.json").read_text(encoding="utf-8"))
ALARMS = yaml.safe_load((DEPLOY / "alarms.yml").read_text(encoding="utf-8"))
RULES = [rule for group in ALARMS["groups"] for rule in group["rules"]]
QUERIES = [(panel["title"], target["expr"]) for panel in DASHBOARD["panels"] for target in panel["targets"]]
QUERIES += [(rule["alert"], rule["expr"]) for rule in RULES]
FROM_PROMETHEUS = {"up", "instance", "job"}  # made by Prometheus itself


@pytest.fixture(scope="module")
def exposed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, set[str]]]:
    """Every series' name with its labels and their values, as the application exposes them."""
    metrics = Metrics(("harbour",), tmp_path_factory.mktemp("data"))
    states = dict.fromkeys(("answering", "waiting", "failed", "unreadable"), 0)
    metrics.watch(lambda: True, lambda: states, lambda: False)
    metrics.requests.labels("front", "200").observe(0.1)
    found: dict[str, dict[str, set[str]]] = {}
    for family in text_string_to_metric_families(metrics.write().decode()):
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def list_selectors(expr: object) -> list[promql_parser.VectorSelector]:
    """Every selector in a parsed query."""
    if isinstance(expr, promql_parser.VectorSelector):
        return [expr]
    if isinstance(expr, promql_parser.MatrixSelector):
        return list_selectors(expr.vector_selector)
    parts = [getattr(expr, name, None) for name in ("expr", "lhs", "rhs")]
    parts += list(getattr(expr, "args", None) or ())
    return [found for part in parts if part is not None for found in list_selectors(part)]


def read_query(expr: str) -> list[promql_parser.VectorSelector]:
    return list_selectors(promql_parser.parse(expr.replace("$__rate_interval", "5m")))


@pytest.mark.parametrize(("title", "expr"), QUERIES)
def test_a_query_asks_for_series_labels_and_values_that_are_there(
    title: str, expr: str, exposed: dict[str, dict[str, set[str]]]
) -> None:
    selectors = read_query(expr)
    assert selectors
    labels: set[str] = set()
    for selector in selectors:
        assert selector.name in exposed or selector.name in FROM_PROMETHEUS, title
        known = exposed.get(selector.name, {})
        labels |= set(known)
        for matcher in selector.matchers.matchers:
            assert matcher.name in known or matcher.name in FROM_PROMETHEUS, title
            for value in matcher.value.split("|") if matcher.name in known else ():
                assert value in known[matcher.name], title
    for group in re.findall(r"\bby \(([^)]*)\)", expr):
        assert {label.strip() for label in group.split(",")} <= labels, title


def test_panels_do_not_overlap_and_name_what_they_show() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert max(x for x, _ in cells) < 24 and not cells & taken, panel["title"]
        taken |= cells
        assert panel["title"] and panel["fieldConfig"]["defaults"]["unit"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_every_stage_outcome_and_refusal_has_a_place(exposed: dict[str, dict[str, set[str]]]) -> None:
    asked = {selector.name for _, expr in QUERIES for selector in read_query(expr)}
    shown = {re.sub(r"_(?:bucket|sum|count)$", "", name) for name in asked}
    ours = {re.sub(r"_(?:bucket|sum|count)$", "", name) for name in exposed if name.startswith("assistant_")}
    assert ours - shown == {"assistant_build_info"}


def test_an_alarm_says_how_bad_it_is_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES) >= 8
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith((".", "?")) and re.fullmatch(r"\d+[mh]", rule["for"])
