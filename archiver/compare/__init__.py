"""What an article says of a post, beside what is known of that post: pure, no network, no disk, no clock."""
