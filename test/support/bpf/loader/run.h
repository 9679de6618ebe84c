#pragma once

// Loads the object as a whole and attaches all its programs, reports `attached`, prints ring buffer records until
// stdin closes, prints the named maps, and detaches. Returns 0, or 1 where nothing could be loaded.
int run(const char *path, char *const *map_names, int map_count);
