using TalkyWalky.Wire;

namespace TalkyWalky.Client;

/// <summary>A file as a message shows it.</summary>
/// <param name="Name">One part of a path (<see cref="FileName"/>), chosen by the author.</param>
/// <param name="Type">What the author says it is (<see cref="MediaType"/>); a hint, never believed.</param>
/// <param name="Size">Bytes.</param>
/// <param name="IsHere">All of it is kept on this device and is what its author sent.</param>
public sealed record SharedFile(string Name, string Type, long Size, bool IsHere);

/// <summary>A file to send.</summary>
public sealed record OutgoingFile(string Name, string Type, ReadOnlyMemory<byte> Content)
{
    /// <summary>Why this cannot be sent there, a sentence for a person that says what to do; null when it can.</summary>
    public string? Problem(bool isRoom)
    {
        if (FileName.Problem(Name) is { } name) return Sentences.Of($"{name}; give it another one");
        if (!MediaType.IsWellFormed(Type)) return "The type of a file is written like image/png; leave it away when it is not known.";
        if (Content.Length > Limits.File) return $"The file is too large: {Limits.File / 1024 / 1024} MiB are the limit. Send it in pieces.";
        return isRoom && Content.Length > Limits.RoomFile
            ? $"The file is too large for a room: {Limits.RoomFile / 1024 / 1024} MiB are the limit, for it goes to everybody. Send it in pieces, or to single people."
            : null;
    }

    // Content stays out of logs and debuggers.
    public override string ToString() => $"OutgoingFile {{ {Content.Length} bytes }}";
}

public abstract record FileAnswer
{
    private FileAnswer() { }

    /// <summary>The whole file, which is what its author sent.</summary>
    public sealed record Found(SharedFile File, ReadOnlyMemory<byte> Content) : FileAnswer
    {
        public override string ToString() => $"Found {{ {Content.Length} bytes }}";
    }

    /// <summary>There is no file at this place, or not all of it is here.</summary>
    public sealed record Missing(string Why) : FileAnswer;

    public sealed record NotLoggedIn(string Why) : FileAnswer;
}
