"""Experience levels: how each scored experience felt, from negative to screaming."""
