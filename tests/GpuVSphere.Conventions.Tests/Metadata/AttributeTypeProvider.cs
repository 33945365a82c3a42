using System;
using System.Reflection.Metadata;

namespace GpuVSphere.Conventions.Tests.Metadata;

/// <summary>Decodes the arguments of custom attributes; types are given by name.</summary>
internal sealed class AttributeTypeProvider : ICustomAttributeTypeProvider<string>
{
    private readonly AssemblyModel _model;

    public AttributeTypeProvider(AssemblyModel model) => _model = model;

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSystemType() => "System.Type";

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => _model.NameOf(handle).FullName;

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => _model.NameOf(handle).FullName;

    public string GetTypeFromSerializedName(string name) => name;

    // Every enumeration in an attribute of ours (ConfirmImpact and the like) is an Int32.
    public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;

    public bool IsSystemType(string type) => string.Equals(type, "System.Type", StringComparison.Ordinal);
}
