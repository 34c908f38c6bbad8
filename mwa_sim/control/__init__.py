"""Protocol, time grid, thermocouples and the controller: pure Python, no mesh."""
