"""The village 三务公开 board: one Flask server per village or township."""
