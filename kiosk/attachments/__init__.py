"""What people attach: files checked at the door, made safe, and kept by their SHA-256."""


class FileRefused(ValueError):
    """A file that cannot be taken. The message is Chinese for the sender: what and what to do."""
