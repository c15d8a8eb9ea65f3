namespace TalkyWalky.Server.Hosting;

/// <summary>Where the TLS certificate in use comes from.</summary>
internal interface ITlsSource
{
    TlsIdentity Current { get; }
}
