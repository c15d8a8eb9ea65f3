namespace TalkyWalky.Load.Workloads;

/// <summary>Names of figures, as tables and JSON carry them.</summary>
internal static class Figure
{
    public const string
        MessagesPerSecond = "messages/s",
        DeliveriesPerSecond = "deliveries/s",
        LogInsPerSecond = "log-ins/s",
        KilobytesEach = "kB each",
        Growth = "growth %",
        ServerMilliseconds = "server CPU ms each",
        P50 = "p50 ms",
        P99 = "p99 ms",
        ServerMicroseconds = "server CPU us each",
        Milliseconds = "ms",
        Seconds = "s";
}
