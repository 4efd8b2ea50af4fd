model-bindings = Liaisons de modèles
