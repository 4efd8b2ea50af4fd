help = Aide
link-credentials = À propos des identifiants
link-mcp-servers = À propos des serveurs MCP
link-model-bindings = À propos des liaisons de modèles
link-users = À propos des utilisateurs et des rôles
link-audit = À propos du journal d'audit
link-forms = À propos des formulaires générés
