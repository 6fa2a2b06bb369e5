"""Take a web page's furniture out of its tree: menus, contents, share bars, comments, banners."""

from __future__ import annotations

import re

from lxml import etree  # type: ignore[import-untyped]

from corpus.boilerplate import is_boilerplate
from corpus.markup import text_of

_TAGS = ("nav", "aside", "footer", "search", "dialog", "script", "style", "noscript", "template")
_ROLES = frozenset(
    "navigation banner complementary contentinfo search dialog alertdialog menu menubar toolbar".split()
)
_NAMES = re.compile(
    r"""(?:^|[\s_-])(?:
      share|sharing|sharedaddy|shares?bar|addtoany\w*|addthis\w*|social(?:s|media)?|related(?:posts?)?|jp-relatedposts
    | recirc\w*|recommend(?:ed|ations)|more-(?:stories|from|news)|read-?(?:more|next)
    | comments?|commentlist|respond|disqus\w*|toc|toctitle|contents-list|table-of-contents
    | cookies?|consent|gdpr|newsletter|subscri\w+|signup|promo\w*|advert\w*|ads?|adsense|sponsor\w*|outbrain|taboola
    | breadcrumbs?|navigation|navbar|navbox|nav|menu|sidebar|pagination|pager|skip-?link|screen-reader-text|sr-only
    | visually-?hidden|author-(?:bio|box)|byline|posted-on|entry-(?:meta|footer)|post-(?:meta|tags|nav\w*)|cat-links
    | tags?-links|tagcloud|masthead|site-(?:header|footer)|printfriendly|mw-editsection|headerlink
    | noprint|hatnote|reflist|catlinks|print-only|jp-post-flair
    )(?:$|[\s_-])""",
    re.VERBOSE | re.IGNORECASE,
)
# Page builders wrap each paragraph in names that hold one of these, so they count as whole names only.
_WHOLE_NAMES = re.compile(
    r"(?:^|\s)(?:widget(?:-area|_\w+)?|trending|popular|popup|modal|ratings?|likes?|tags|meta|footer|header|banner)"
    r"(?:$|\s)",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"(?:^|\s)(?:comments|respond|disqus_thread|comments-area|comment-list|commentlist|comment-respond)(?:$|\s)",
    re.IGNORECASE,
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HEADING_EXTRAS = re.compile(
    r"sr-only|screen-reader-text|visually-?hidden|mw-editsection|headerlink", re.IGNORECASE
)
_KEPT_TAGS = frozenset("html body main article".split())
# A named part with more of the page's text than this is the article itself, whatever its class says.
LARGEST_FURNITURE_SHARE = 0.4
MOST_LINKED_SHARE = 0.8
FEWEST_MENU_LINKS = 3
# Some systems wrap a whole page, its article included, in one form.
FEWEST_FORM_PARAGRAPHS = 4


def remove_furniture(root: etree._Element) -> None:
    """Drop from the tree below `root` what is not the article; decided by names, roles and links."""
    total = (
        sum(len(element.text_content()) for element in root.iter("p", "li", "td", "dd", "blockquote")) or 1
    )
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.getparent() is None or element.tag in _KEPT_TAGS:
            continue
        if _is_certain(element) or (
            _is_likely(element) and len(element.text_content()) <= LARGEST_FURNITURE_SHARE * total
        ):
            _drop(element)
    for element in list(root.iter("ul", "ol", "p", "div")):
        if element.getparent() is not None and _is_menu(element):
            title, following = element.getprevious(), element.getnext()
            if (
                title is not None
                and title.tag in _HEADINGS
                and (following is None or following.tag in _HEADINGS)
            ):
                _drop(title)
            _drop(element)
    remove_announced(root)


def _drop(element: etree._Element) -> None:
    # drop_tree keeps the text that follows the element.
    element.drop_tree()


def _is_certain(element: etree._Element) -> bool:
    if element.tag in _TAGS and not (element.tag == "footer" and _is_quoted(element)):
        return element.tag != "aside" or not _is_quoted(element)
    if element.get("role") in _ROLES or element.get("aria-hidden") == "true":
        return True
    if element.tag == "form" and sum(1 for _ in element.iter("p", "li", "h2", "h3")) < FEWEST_FORM_PARAGRAPHS:
        return True
    return _COMMENTS.search(f"{element.get('id') or ''} {element.get('class') or ''}") is not None


def _is_quoted(element: etree._Element) -> bool:
    return any(True for _ in element.iterancestors("blockquote"))


def _is_likely(element: etree._Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if element.tag in _HEADINGS or any(True for _ in element.iterancestors(*_HEADINGS)):
        return _HEADING_EXTRAS.search(names) is not None
    return _NAMES.search(names) is not None or _WHOLE_NAMES.search(names) is not None


def _is_menu(element: etree._Element) -> bool:
    """Whether a list, or a block of bare links, only leads elsewhere on the page or the site."""
    links = list(element.iter("a"))
    if not links or any(True for _ in element.iter("table", "h1", "h2", "h3", "img")):
        return False
    text = len("".join(element.text_content().split()))
    linked = sum(len("".join(link.text_content().split())) for link in links)
    if not text or linked < MOST_LINKED_SHARE * text:
        return False
    in_page = all((link.get("href") or "").startswith("#") for link in links)
    return (in_page and element.tag in ("ul", "ol")) or len(links) >= FEWEST_MENU_LINKS


def remove_announced(root: etree._Element) -> None:
    """Drop headings and lines such as "Related posts", and the list or form right under a heading."""
    for element in list(root.iter(*_HEADINGS, "p", "div")):
        if element.getparent() is None or len(element) > 3 or len(element.text_content()) > 200:
            continue
        if not is_boilerplate(text_of(element)):
            continue
        following = element.getnext()
        if element.tag in _HEADINGS and following is not None and following.tag in ("ul", "ol", "form"):
            _drop(following)
        _drop(element)
