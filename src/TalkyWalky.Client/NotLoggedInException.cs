namespace TalkyWalky.Client;

/// <summary>The profile is locked by a log-out or by the server: only status, whoami, the device's certificates and a log-in are answered.</summary>
public sealed class NotLoggedInException : InvalidOperationException
{
    internal const string Sentence = "You are not logged in; log in first.";

    public NotLoggedInException() : base(Sentence) { }

    public NotLoggedInException(string message) : base(message) { }

    public NotLoggedInException(string message, Exception inner) : base(message, inner) { }
}
