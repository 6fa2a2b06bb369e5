"""The editor's desk: what readers asked, what was decided, and whether it helped."""

from assistant.web.desk.page import HEAD, build_desk
from assistant.web.desk.routes import make_desk_router
from assistant.web.desk.work import Desk

__all__ = ["HEAD", "Desk", "build_desk", "make_desk_router"]
