"""Web pages and Markdown: what is the article, what is furniture, and what structure survives."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus import Article, ArticleError, PassageKind, read_article

PARAGRAPH, ITEM = PassageKind.PARAGRAPH, PassageKind.LIST_ITEM
PAIR, ROW = PassageKind.QUESTION_ANSWER, PassageKind.TABLE_ROW

BLOG = """<!DOCTYPE html>
<html lang="en-US"><head><meta charset="utf-8">
<title>Harbour Bridge Closes for Repairs - The Tidewater Post</title>
<link rel="canonical" href="https://tidewater.example/2025/harbour-bridge/">
<script>var x = "<p>Not an article.</p>";</script><style>p { color: red }</style></head>
<body class="single comments-open has-sidebar">
<div id="cookie-notice" class="cookie-banner"><p>We use cookies to make this site better.</p></div>
<header class="site-header"><a href="/">The Tidewater Post</a>
<nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav></header>
<main><article class="post">
<header><h1 class="entry-title">Harbour Bridge Closes for Repairs</h1>
<div class="entry-meta">By <a href="/ann">Ann Lee</a> on May 8, 2025</div></header>
<div class="entry-content">
<p>The harbour bridge closed on Monday after engineers found cracks. It carries 40,000 vehicles a day.</p>
<figure><img src="b.jpg" alt="The bridge at dawn"><figcaption>The bridge on Sunday.</figcaption></figure>
<div id="toc_container"><p class="toc_title">Table of Contents</p>
<ul><li><a href="#a">What Engineers Found</a></li><li><a href="#b">Getting Across</a></li></ul></div>
<h2 id="a"><span class="ez-toc-section">What Engineers Found</span></h2>
<p>They counted 17 cracks. &ldquo;We could not wait,&rdquo; said Mara Holt.</p>
<h3>The North Tower</h3>
<p>It is worst here. The city lists these causes:</p>
<ul><li><strong>Salt:</strong> Sea spray.</li><li><strong>Weight:</strong> Lorries.
<ul><li>The limit was 30 tonnes.</li></ul></li></ul>
<div class="sharedaddy"><h3>Share this:</h3><ul><li><a href="#">Twitter</a></li></ul></div>
<h2 id="b">Getting Across</h2>
<p>Ferries run every 20 minutes.</p>
<table><thead><tr><th>Ferry</th><th>Fare</th></tr></thead>
<tbody><tr><td>Red</td><td>$2</td></tr><tr><td>Blue</td><td>$3</td></tr></tbody></table>
<h2>FAQ's</h2>
<h3>When will it open?</h3><p>In September.</p>
<h3>Who pays?</h3><p>The state pays 60 percent.</p><p>The city pays the rest.</p>
<h3>How can I cross?</h3><ul><li>Take a ferry.</li><li>Use the tunnel.</li></ul>
</div>
<nav class="post-navigation"><a href="#">Previous: Fares rise</a></nav></article>
<section class="related-posts"><h3>Related Posts</h3><ul><li><a href="#">Fares rise</a></li></ul></section>
<div id="comments"><h2>2 thoughts on this</h2><ol><li><p>Great post, visit my site!</p></li></ol>
<div id="respond"><h3>Leave a Reply <small>Cancel reply</small></h3><form><p>Your email address.</p></form></div></div>
</main><aside><h2>Subscribe</h2><p>Get our newsletter.</p></aside>
<footer><p>&copy; 2025 The Tidewater Post.</p></footer></body></html>
"""


def read(folder: Path, markup: str, name: str = "page.html") -> Article:
    path = folder / name
    path.write_text(markup, encoding="utf-8")
    return read_article(path)


def read_body(folder: Path, body: str) -> Article:
    return read(folder, f"<html><body><article>{body}</article></body></html>")


def outline(article: Article) -> list[tuple[str, int]]:
    return [(section.title, section.level) for section in article.sections]


def passages(article: Article) -> list[tuple[PassageKind, str]]:
    return [(passage.kind, passage.span.cut(article.text)) for passage in article.passages]


def test_a_blog_page_without_its_furniture(tmp_path: Path) -> None:
    article = read(tmp_path, BLOG)

    assert article.title == "Harbour Bridge Closes for Repairs"
    assert (article.language, article.source_url) == ("en", "https://tidewater.example/2025/harbour-bridge/")
    assert outline(article) == [
        ("Introduction", 1),
        ("What Engineers Found", 1),
        ("The North Tower", 2),
        ("Getting Across", 1),
        ("FAQ's", 1),
    ]
    assert passages(article) == [
        (
            PARAGRAPH,
            "The harbour bridge closed on Monday after engineers found cracks. It carries 40,000 vehicles a day.",
        ),
        (PARAGRAPH, "The bridge at dawn"),
        (PARAGRAPH, "The bridge on Sunday."),
        (PARAGRAPH, "They counted 17 cracks. “We could not wait,” said Mara Holt."),
        (PARAGRAPH, "It is worst here."),
        (ITEM, "Salt: Sea spray."),
        (ITEM, "Weight: Lorries."),
        (ITEM, "The limit was 30 tonnes."),
        (PARAGRAPH, "Ferries run every 20 minutes."),
        (ROW, "Red | $2"),
        (ROW, "Blue | $3"),
        (PAIR, "When will it open?\n\nIn September."),
        (PAIR, "Who pays?\n\nThe state pays 60 percent.\n\nThe city pays the rest."),
        (PAIR, "How can I cross?\n\n- Take a ferry.\n- Use the tunnel."),
    ]
    lead_ins = [p.lead_in.cut(article.text) for p in article.passages if p.lead_in]
    assert lead_ins == [
        "The city lists these causes:",
        "The city lists these causes:",
        "Weight: Lorries.",
        "Ferry | Fare",
        "Ferry | Fare",
    ]


def test_an_old_page_laid_out_with_tables(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        """<html><head><title>Ferry history - Harbour Museum</title></head><body bgcolor=#fff><table><tr><td colspan=2>
        <img src="logo.gif" alt="logo"><a href="/">Home</a> | <a href="/shop">Shop</a></td></tr>
        <tr><td><a href=1>Exhibits</a><br><a href=2>Opening hours</a><br><a href=3>Tickets</a></td>
        <td><h1>Ferry history</h1><font face=Arial>
        The first ferry crossed in 1846. It carried twelve people and a horse.
        <br><br>In 1902 the city bought three steamers, which ran until the bridge opened in 1961.
        <p>Visitors may board one of them. She is 31 metres long and was built in Leith.
        <h2>Records</h2>
        <table border=1><tr><th>Year<th>Passengers</tr><tr><td>1846<td>9,000</table></font></td></tr></table>
        <p>Copyright 2003 Harbour Museum.</p></body></html>""",
    )

    assert article.title == "Ferry history"
    assert outline(article) == [("Introduction", 1), ("Records", 1)]
    assert passages(article) == [
        (PARAGRAPH, "The first ferry crossed in 1846. It carried twelve people and a horse."),
        (PARAGRAPH, "In 1902 the city bought three steamers, which ran until the bridge opened in 1961."),
        (PARAGRAPH, "Visitors may board one of them. She is 31 metres long and was built in Leith."),
        (ROW, "1846 | 9,000"),
    ]


def test_a_page_that_names_no_part_its_article(tmp_path: Path) -> None:
    report = [
        "The river rose by two metres on Tuesday after a week of heavy rain in the hills. Forty families left.",
        "Mayor Jo Bell said the dam held. “It was close,” she said. “We will look at every metre of it.”",
        "Engineers will inspect the dam on Friday, and the school stays open for those who cannot return.",
    ]
    article = read(
        tmp_path,
        f"""<html><head><title>River report | Town Gazette</title></head><body>
        <div id="top"><img src=l.png alt="Town Gazette logo"><div><a href=1>Home</a> <a href=2>News</a>
        <a href=3>Sport</a> <a href=4>Weather</a></div></div>
        <div id="wrap"><div id="inner"><h2>River report</h2><p>{report[0]}</p><p>{report[1]}</p>
        <h3>What comes next</h3><p>{report[2]}</p></div>
        <div id="right"><h3>Most read</h3><ul><li><a href=a>Bakery to close after ninety years</a></li>
        <li><a href=b>Cup final ends in a draw</a></li><li><a href=c>Library reopens</a></li></ul></div></div>
        <div id="bottom">Contact | Imprint | Privacy. Town Gazette, 1 Main Street.</div></body></html>""",
    )

    assert article.title == "River report"
    assert outline(article) == [("Introduction", 1), ("What comes next", 1)]
    assert passages(article) == [(PARAGRAPH, paragraph) for paragraph in report]


def test_entities_scripts_and_inline_markup(tmp_path: Path) -> None:
    article = read_body(
        tmp_path,
        "<p>Caf&eacute; &amp; bar &#128512;, 5 &lt; 6,&nbsp;it&#8217;s <b>b</b>old.<script>alert('no')</script>"
        " <!-- no --><a href='javascript:no()'>Yes</a>.<sup>[1]</sup> A<wbr>B&shy;C&#8203;.</p>"
        "<p hidden>Not shown.</p><p style='display: none'>Nor this.</p>",
    )

    assert article.text == "Café & bar 😀, 5 < 6, it’s bold. Yes. ABC."


def test_headings_that_ask_are_answered_by_what_follows(tmp_path: Path) -> None:
    article = read_body(
        tmp_path,
        "<p>Start.</p><h2>Who owns it?</h2><p>The city.</p><p>And a bank.</p><h2>History</h2><p>It is old.</p>"
        "<h3>When was it built?</h3><p>In 1961.</p><h2>What now?</h2><h3>Plans</h3><p>There are two.</p>",
    )

    assert outline(article) == [
        ("Introduction", 1),
        ("Who owns it?", 1),
        ("History", 1),
        ("What now?", 1),
        ("Plans", 2),
    ]
    assert passages(article) == [
        (PARAGRAPH, "Start."),
        (PAIR, "Who owns it?\n\nThe city.\n\nAnd a bank."),
        (PARAGRAPH, "It is old."),
        (PAIR, "When was it built?\n\nIn 1961."),
        (PARAGRAPH, "There are two."),
    ]
    assert article.section_path(article.passages[3].section) == ("History",)


def test_a_long_answer_is_a_section_of_passages(tmp_path: Path) -> None:
    paragraph = f"<p>{'Word ' * 100}end.</p>"
    article = read_body(tmp_path, f"<p>Start.</p><h2>What is it?</h2>{paragraph * 5}")

    assert [kind for kind, _ in passages(article)] == [PARAGRAPH] * 6


def test_answers_that_unfold(tmp_path: Path) -> None:
    article = read_body(
        tmp_path,
        "<p>Start.</p><details><summary>When does it run?</summary><p>From 6 a.m.</p><p>Until midnight.</p></details>"
        "<details><summary>Where?</summary>At the pier.</details><p>This stands alone.</p>"
        "<dl><dt>Is there food?</dt><dd>Yes.</dd></dl>"
        "<div><h3><button>What does it cost?</button></h3><div role=region hidden><p>Two dollars.</p></div></div>"
        "<h3>Other</h3><p><strong>How long?</strong></p><p>Ten minutes.</p><p>It is fun.</p>",
    )

    assert passages(article) == [
        (PARAGRAPH, "Start."),
        (PAIR, "When does it run?\n\nFrom 6 a.m.\n\nUntil midnight."),
        (PAIR, "Where?\n\nAt the pier."),
        (PARAGRAPH, "This stands alone."),
        (PAIR, "Is there food?\n\nYes."),
        (PAIR, "What does it cost?\n\nTwo dollars."),
        (PAIR, "How long?\n\nTen minutes."),
        (PARAGRAPH, "It is fun."),
    ]


def test_lists_keep_their_numbers_and_their_items_whole(tmp_path: Path) -> None:
    article = read_body(
        tmp_path, "<p>Do this:</p><ol start=3><li><p>Stop.</p><p>Look.</p></li><li>Go.</li></ol>"
    )

    assert article.text == "Do this:\n\n3. Stop. Look.\n4. Go."
    assert passages(article) == [(ITEM, "Stop. Look."), (ITEM, "Go.")]
    assert article.passages[0].sentences == (article.passages[0].span,)


def test_line_breaks_images_and_captions(tmp_path: Path) -> None:
    article = read_body(
        tmp_path,
        "<p>One<br>two.<br><br>Three.</p><p>See <img src=f alt='a red ferry at sea'> it <img alt='IMG_1.jpg'>.</p>"
        "<table><caption>Fares</caption><tr><td>Red</td><td></td><td>$2</td></tr></table>",
    )

    assert [text for _, text in passages(article)] == [
        "One two.",
        "Three.",
        "See it .",
        "a red ferry at sea",
        "Red | | $2",
    ]
    row = article.passages[-1]
    assert row.lead_in is not None and row.lead_in.cut(article.text) == "Fares"


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("//example.org/a", None),
        ("https://user@example.org/", None),
        ("https://example.org/<b>", None),
    ],
)
def test_only_web_addresses_become_the_source(tmp_path: Path, address: str, kept: str | None) -> None:
    article = read(
        tmp_path,
        f'<head><meta property="og:url" content="{address}"></head><body><p>It is open today.</p></body>',
    )

    assert article.source_url == kept


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<div id=app></div><noscript>You need to enable JavaScript.</noscript><script>run()</script>",
        "<nav><a href=/>Home</a></nav><form><label>Name</label><input><button>Sign in</button></form>",
        "<header><h1>The Post</h1></header><ul><li><a href=1>Bridge closes</a></li><li><a href=2>Fares rise</a></li>"
        "<li><a href=3>Council votes</a></li></ul>",
    ],
)
def test_a_page_with_no_article_in_it(tmp_path: Path, body: str) -> None:
    with pytest.raises(ArticleError, match=r"page\.html: there is no (article|text) in it\.$"):
        read(tmp_path, f"<html><head><title>Welcome</title></head><body>{body}</body></html>")


def test_markdown(tmp_path: Path) -> None:
    article = read(
        tmp_path,
        '---\ntitle: "The Harbour"\nsource_url: https://example.org/h\nlanguage: pt-BR\n---\n'
        "# The *Harbour*\n\nIt has `two` [piers](http://x.example) and **one**\nferry. The rules:\n\n"
        "1. Keep left.\n2. Go slow.\n   - Very slow.\n\n## Why?\n\nIt is narrow.\n\n"
        "| Ferry | Fare |\n|---|---|\n| Red | $2 |\n\n### Notes\n\n> “It is late.”\n\n![A red ferry](f.png)\n\n"
        "5 < 6 & 1 * 2\n",
        "harbour.md",
    )

    assert (article.title, article.language, article.source_url) == (
        "The Harbour",
        "pt",
        "https://example.org/h",
    )
    assert outline(article) == [("Introduction", 1), ("Why?", 1), ("Notes", 2)]
    assert passages(article) == [
        (PARAGRAPH, "It has two piers and one ferry."),
        (ITEM, "Keep left."),
        (ITEM, "Go slow."),
        (ITEM, "Very slow."),
        (PARAGRAPH, "It is narrow."),
        (ROW, "Red | $2"),
        (PARAGRAPH, "“It is late.”"),
        (PARAGRAPH, "A red ferry"),
        (PARAGRAPH, "5 < 6 & 1 * 2"),
    ]


def test_markdown_that_starts_with_a_section_has_no_introduction(tmp_path: Path) -> None:
    article = read(tmp_path, "## Causes\n\nSalt.\n", "the_bridge.md")

    assert (article.title, outline(article)) == ("The bridge", [("Causes", 1)])


def test_one_article_in_three_formats_is_one_text(tmp_path: Path) -> None:
    plain = "It is shut.\n\nCauses\n\nThere are two:\n\n- Salt\n- Rust\n\nFAQ\n\nWho pays?\n\nThe state.\n"
    marked = plain.replace("Causes", "## Causes").replace("FAQ", "## FAQ").replace("Who", "### Who")
    page = (
        "<p>It is shut.</p><h2>Causes</h2><p>There are two:</p><ul><li>Salt</li><li>Rust</li></ul>"
        "<h2>FAQ</h2><h3>Who pays?</h3><p>The state.</p>"
    )
    articles = [read(tmp_path, plain, "a.txt"), read(tmp_path, marked, "a.md"), read_body(tmp_path, page)]

    assert len({article.revision for article in articles}) == 1
    assert articles[0].passages == articles[1].passages == articles[2].passages
    assert articles[0].sections == articles[1].sections == articles[2].sections
