"""Anatomy from segmented scans: label maps and intensities in NIfTI or NRRD files.

:func:`mwa_sim.anatomy.images.label_scene.label_scene` turns them into a
:class:`mwa_sim.anatomy.scene.Scene`. Import the modules where they are used: they load numba, and
NIfTI files need nibabel (``pip install "mwa-sim[images]"``).
"""
