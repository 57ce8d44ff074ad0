"""A list that goes along the ids, newest first: no count, no offset, however long the table is."""

from typing import Any, Final
from uuid import UUID

from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest

BEFORE: Final = "before"
"""The parameter that says where a page starts: before this id."""


class KeysetChangeList(ChangeList):
    """The admin's changelist, paged by `?before=<id>`."""

    older: UUID | None = None
    newest: bool = True

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """The parameters that filter: `before` does not."""
        kept: dict[str, Any] = super().get_filters_params(params)
        kept.pop(BEFORE, None)
        return kept

    def get_results(self, request: HttpRequest) -> None:
        """One page and whether there is an older one."""
        events = self.queryset.order_by("-pk")
        if before := _as_uuid(request.GET.get(BEFORE, "")):
            events = events.filter(pk__lt=before)
            self.newest = False
        page = list(events[: self.list_per_page + 1])
        self.result_list = page[: self.list_per_page]
        self.older = self.result_list[-1].pk if len(page) > self.list_per_page else None
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = False
        self.can_show_all = False
        self.multi_page = False

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """The filters as they are; a page's place is only in links that say so."""
        going = BEFORE in (new_params or {})
        return str(super().get_query_string(new_params, remove if going else [*(remove or []), BEFORE]))

    @property
    def older_query(self) -> str:
        """The query string of the page of older events."""
        return self.get_query_string({BEFORE: str(self.older)})

    @property
    def newest_query(self) -> str:
        """The query string of the first page, with the same filters."""
        return self.get_query_string()


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
