"""Confidence and outcome, by arithmetic."""

from math import exp

import pytest

from assistant.answer import Outcome
from assistant.decide import Rule, decide_outcome, measure_confidence
from index import Hit
