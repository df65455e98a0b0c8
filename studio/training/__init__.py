"""Training as the window shows it: settings, progress, curves, and what came out."""

from studio.training.form import TrainingForm
from studio.training.panel import TrainingPanel
from studio.training.results import ResultsPanel, Sample
from studio.training.status import RunStatus

__all__ = ["ResultsPanel", "RunStatus", "Sample", "TrainingForm", "TrainingPanel"]
