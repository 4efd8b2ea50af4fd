product = Strongroom
title-of-page = {$page} · Strongroom
