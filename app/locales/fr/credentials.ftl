credentials = Identifiants
