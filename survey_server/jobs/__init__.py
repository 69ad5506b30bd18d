"""What workers run: ids in, one transaction, one service call, safe to run twice."""
