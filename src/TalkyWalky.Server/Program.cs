await Console.Error.WriteLineAsync("talkywalkyd: not built yet");
return 1;
