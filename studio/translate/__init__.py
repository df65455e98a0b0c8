"""A document becomes a program: executed it is the engine's model, printed it is the exported script.

There is one program for both (``program``), so that app and script take the same steps in the same order.
``layout`` prints it, ``evaluate`` executes it, ``script`` adds the source map and the export, ``build`` the
model in memory.  No Qt; torch only while ``build`` runs.
"""
