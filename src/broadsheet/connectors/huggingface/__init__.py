"""Hugging Face Papers, live: the daily, weekly, monthly and trending lists."""

from broadsheet.connectors.huggingface.connector import HuggingFaceConnector

__all__ = ["HuggingFaceConnector"]
