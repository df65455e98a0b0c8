"""Small widgets that several rooms share. They know the theme and nothing of documents or training."""

from studio.kit.callout import Callout
from studio.kit.empty_state import EmptyState
from studio.kit.flow_layout import FlowLayout
from studio.kit.icon_label import IconLabel
from studio.kit.search_field import SearchField
from studio.kit.section import Section
from studio.kit.segmented import Segmented
from studio.kit.spin_box import DecimalField, IntegerField
from studio.kit.stat_row import StatRow
from studio.kit.switch import Switch

__all__ = [
    "Callout",
    "DecimalField",
    "EmptyState",
    "FlowLayout",
    "IconLabel",
    "IntegerField",
    "SearchField",
    "Section",
    "Segmented",
    "StatRow",
    "Switch",
]
