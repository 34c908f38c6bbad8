"""Does a choke shorten what an antenna heats along its shaft?"""
