using System.Security.Cryptography;

namespace TalkyWalky.Server;

/// <summary>Ties the one line that a person sees to the trace in the log.</summary>
internal static class Unexpected
{
    public static string NewReference() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4));
}
