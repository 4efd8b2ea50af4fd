sign-in = Se connecter
account = Compte
role-administrator = Administrateur
role-manager = Gestionnaire
role-viewer = Lecteur
