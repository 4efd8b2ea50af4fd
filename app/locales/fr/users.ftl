users = Utilisateurs
