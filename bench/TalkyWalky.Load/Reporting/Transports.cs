namespace TalkyWalky.Load.Reporting;

/// <summary>As tables and JSON name them.</summary>
internal static class Transports
{
    /// <summary>None: nothing is asked over a network, or always in the same way.</summary>
    public const string Plain = "plain", Tls = "TLS", None = "none";
}
