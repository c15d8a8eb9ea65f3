namespace TalkyWalky.Testing;

/// <summary>How much a test tries: the usual count, or with <c>./test --long</c> the full one.</summary>
public static class Effort
{
    public static bool IsFull => Environment.GetEnvironmentVariable("TALKYWALKY_LONG") is not null;

    public static int Count(int usual, int full) => IsFull ? full : usual;
}
