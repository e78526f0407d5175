"""Who is who: links between identities, merges by staff and their undoing."""
