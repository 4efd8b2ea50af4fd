sign-in = Se connecter
account = Compte
