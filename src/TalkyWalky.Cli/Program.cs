await Console.Error.WriteLineAsync("talkywalky: not built yet");
return 1;
