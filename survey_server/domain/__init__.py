"""What a survey is: pure functions over plain values."""
