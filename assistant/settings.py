"""Every setting, read once from environment variables named ASSISTANT_…"""

from __future__ import annotations

import json
import os
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import limits
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from assistant.log_lines import LogForm

ROOT = Path(__file__).resolve().parent.parent
SHORTEST_PASSWORD = 8  # characters
_HOST = "abcdefghijklmnopqrstuvwxyz0123456789-."


class SettingsError(Exception):
    """A setting cannot be used; the message names the variable and what is wrong with it."""


def count_processors() -> int:
    """The processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Settings(BaseSettings):
    """The assistant's settings; each field is the variable ASSISTANT_<FIELD> in capitals.

    Raises pydantic.ValidationError, naming the variable, when a value cannot be used.
    """

    model_config = SettingsConfigDict(env_prefix="ASSISTANT_", frozen=True)

    data_dir: Path = Field(ROOT / ".data", description="Folder for built indexes and records.")
    articles: Path = Field(
        ROOT / "corpus" / "articles", description="An article file, or a folder of them: one page each."
    )
    encoder: str = Field(
        "",
        description="A sentence-transformers folder or hub name, or use-multilingual; empty: all-MiniLM-L6-v2.",
    )
    foreign_encoder: str = Field(
        "",
        description="The same for questions in other languages than the article's; empty: ASSISTANT_ENCODER's.",
    )
    reader: bool = Field(True, description="Use the reader model; off: retrieval scores alone.")
    threads: int = Field(
        1,
        ge=1,
        le=64,
        description="CPU threads for one question; more help only on an otherwise idle machine.",
    )
    model_process: bool = Field(
        True,
        description="Run the models in a process of their own; off: slower with many readers, less memory.",
    )
    host: str = Field("127.0.0.1", description="Address the server listens on.")
    port: int = Field(7860, ge=1, le=65535, description="Port the server listens on.")
    max_question: int = Field(500, ge=20, le=5000, description="Longest question taken, in characters.")
    records: bool = Field(True, description="Keep what readers ask and vote; off: only editors' decisions.")
    retention_days: int = Field(90, ge=1, le=36500, description="Days until what readers asked is deleted.")
    editor_password: SecretStr = Field(
        SecretStr(""), description="Opens the editor's desk at /editor; empty: there is no desk."
    )
    origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Origins whose pages may embed the assistant; by comma, or a JSON list; empty: none."
    )
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Host names readers come by; by comma, or a JSON list; empty: any address in numbers."
    )
    rate: str = Field("30/minute", description="Questions of one client; votes are counted apart.")
    in_flight: int = Field(
        default_factory=lambda: max(8, 4 * count_processors()),
        ge=1,
        le=1000,
        description="Questions answered at once, 4 a processor and at least 8; more are told to come again.",
    )
    connections: int = Field(
        2000, ge=10, le=100_000, description="Connections at once; each open page has one. Others get 503."
    )
    patience: float = Field(
        20.0, gt=0, le=600, description="Seconds after which a question is refused rather than answered late."
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="Proxies in front that append to X-Forwarded-For; 0: the header is not read.",
    )
    log: LogForm = Field(LogForm.TEXT, description="Log lines as text or json.")
    metrics_from: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        (ip_network("127.0.0.0/8"), ip_network("::1")),
        description="Networks that may read /metrics, by comma; empty: nobody.",
    )

    @field_validator("editor_password")
    @classmethod
    def _demand_length(cls, password: SecretStr) -> SecretStr:
        if 0 < len(password.get_secret_value()) < SHORTEST_PASSWORD:
            raise ValueError(f"the password must have at least {SHORTEST_PASSWORD} characters")
        return password

    @field_validator("metrics_from", mode="before")
    @classmethod
    def _split_networks(cls, value: object) -> object:
        return (
            [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        )

    @field_validator("origins", "hosts", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return (
            json.loads(value)
            if value.lstrip().startswith("[")
            else [p for p in value.split(",") if p.strip()]
        )

    @field_validator("origins")
    @classmethod
    def _check_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(read_origin(origin) for origin in value))

    @field_validator("hosts")
    @classmethod
    def _check_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(read_host(host) for host in value))

    @field_validator("rate")
    @classmethod
    def _check_rate(cls, value: str) -> str:
        limits.parse(value)
        return value


def read_origin(text: str) -> str:
    """An origin as browsers send it: " HTTPS://News.example/ " -> "https://news.example"; raises ValueError."""
    parts = urlsplit(text.strip().rstrip("/").lower())
    plain = parts.scheme in ("http", "https") and parts.hostname and set(parts.hostname) <= set(_HOST)
    if not plain or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(f"{text.strip()!r} is no origin such as https://news.example")
    usual = {"http": 80, "https": 443}[parts.scheme]
    port = f":{parts.port}" if parts.port not in (None, usual) else ""
    return f"{parts.scheme}://{parts.hostname}{port}"


def read_host(text: str) -> str:
    """A host name in small letters: " News.Example " -> "news.example"; raises ValueError for anything more."""
    name = text.strip().lower()
    if not name or not set(name) <= set(_HOST):
        raise ValueError(f"{text.strip()!r} is no host name such as news.example, without scheme and port")
    return name


def read_settings() -> Settings:
    """The settings of the environment; raises SettingsError."""
    try:
        return Settings()
    except ValidationError as error:
        wrong = (f"ASSISTANT_{str(each['loc'][0]).upper()}: {each['msg']}" for each in error.errors())
        raise SettingsError("; ".join(wrong)) from error
