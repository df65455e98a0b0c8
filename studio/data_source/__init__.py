"""Data: what a document says about it, how files become arrays, and what is wrong with a file.

``portable`` holds the functions that the app calls and exported scripts contain; ``fields`` the settings;
``plan`` turns settings into calls and ``reading`` executes them; ``guesses`` proposes settings for a
user's file; ``bundled`` lists what comes with Bunon.  No Qt and no torch here.
"""
