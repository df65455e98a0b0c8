"""What is selected: its settings to change, its shapes and code to see, and its page to read."""

from studio.inspector.help import HelpPanel
from studio.inspector.panel import InspectorPanel

__all__ = ["HelpPanel", "InspectorPanel"]
