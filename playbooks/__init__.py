"""What is done about a score: alerts, action plans and tasks."""
