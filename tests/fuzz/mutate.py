"""Changes a file at random: bytes, marks that readers look for, pieces repeated, cut out or taken from another file."""

from __future__ import annotations

import random
from collections.abc import Sequence

LARGEST = 16_384  # bytes of a changed file
# What the readers look for, what text must not hold, and what has broken programs elsewhere.
MARKS = (
    b"\n", b"\n\n", b"\r\n", b"\r", b"\t", b" ", b"\x00", b"\x0b", b"\x0c", b"\x1b[31m", b"\x7f", b"\xff",
    b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xff\xfe", b"\xe2\x80\xae", b"\xe2\x80\x8b", b"\xe2\x80\xa8",
    b"\xe2\x81\xa6", b"\xcc\x81", b"\xc2\x85", b"\xc2\xa0", b"\xf3\xa0\x80\x81", b"\xef\xbf\xbf",
    b"\xe1\x84\x80\xe1\x85\xa1", b"\xe2\x84\xab", b"\xef\xac\x81", b"\xe2\x80\x9c", b"\xe2\x80\x9d", b'"', b"'",
    b"\xc2\xab", b".", b"?", b"!", b":", b";", b",", b"- ", b"* ", b"1. ", b"a) ", b"# ", b"###### ", b"---\n",
    b"===\n", b"> ", b"```\n", b"    ", b"| a | b |\n|---|---|\n", b"[a](javascript:x)", b"![", b"](", b"\\",
    b"`", b"**", b"__", b"[^1]", b"[1]: ", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"<?xml?>",
    b"<!doctype html>", b"<html>", b"<body>", b"<p>", b"</p>", b"<div>", b"</div>", b"<ul><li>", b"</li></ul>",
    b"<table><tr><td>", b"</td></tr></table>", b"<h1>", b"</h1>", b"<h2>", b"</h2>", b"<article>",
    b"</article>", b"<main>", b"<blockquote>", b"<br>", b"<script>", b"</script>", b"<style>", b"</style>",
    b"<svg onload=x>", b"<template>", b"<math>", b"<iframe src=x>", b"<textarea>", b"<noscript>",
    b"<base href=x>", b"<a href='", b"<img src=x onerror=x>", b"<meta charset=utf-16>",
    b"<meta charset=cp1252>", b"<title>", b"</title>", b" hidden", b" style='display:none'",
    b" class='comments'", b"&lt;", b"&#0;", b"&#xD800;", b"&#x202e;", b"&#x110000;", b"&nbsp;", b"&", b"<",
    b">", b"</", b"Q: ", b"A: ",
)  # fmt: skip


def mutate(data: bytes, others: Sequence[bytes], chance: random.Random) -> bytes:
    """`data` with one to six changes."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 6)):
        at = chance.randint(0, len(changed))
        to = min(len(changed), at + chance.choice((1, 2, 8, 40, 300)))
        match chance.randrange(7):
            case 0 if changed:
                changed[at % len(changed)] = chance.randrange(256)
            case 1:
                del changed[at:to]
            case 2:
                changed[at:at] = changed[at:to] * chance.choice((1, 2, 10, 100))
            case 3:
                other = chance.choice(others)
                start = chance.randint(0, len(other))
                changed[at:to] = other[start : start + chance.choice((5, 50, 500))]
            case 4:
                changed[at:at] = chance.choice(MARKS) * chance.choice((1, 1, 1, 3, 200))
            case _:
                changed[at:at] = chance.choice(MARKS)
    return bytes(changed[:LARGEST])
