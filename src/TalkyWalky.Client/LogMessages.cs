using System.Text.Json.Serialization;

namespace TalkyWalky.Client;

/// <summary>What is known here of the transparency log, and leaves of it.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "answer")]
[JsonDerivedType(typeof(Page), "page")]
[JsonDerivedType(typeof(Refused), "refused")]
[JsonDerivedType(typeof(Unreachable), "unreachable")]
public abstract record LogAnswer
{
    private LogAnswer() { }

    /// <param name="Size">Leaves of the newest tree that this device has verified.</param>
    /// <param name="Root">Hex. The leaves are worth something once all of them, from the first on, hash to it.</param>
    /// <param name="Key">SubjectPublicKeyInfo of the log's key, as the join link named it.</param>
    /// <param name="Leaves">From the one asked for on, as many as the server gives at once, none behind the newest tree.</param>
    public sealed record Page(ulong Size, string Root, DateTimeOffset Time, byte[] Key, IReadOnlyList<byte[]> Leaves) : LogAnswer;

    public sealed record Refused(string Why) : LogAnswer;

    public sealed record Unreachable(string Why) : LogAnswer;
}
