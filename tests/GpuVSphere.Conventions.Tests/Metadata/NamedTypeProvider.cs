using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace GpuVSphere.Conventions.Tests.Metadata;

/// <summary>Decodes a signature into every type it names; the first is the outermost one (<c>Task</c> of <c>Task&lt;int&gt;</c>).</summary>
internal sealed class NamedTypeProvider : ISignatureTypeProvider<ImmutableArray<NamedType>, object?>
{
    private readonly AssemblyModel _model;

    public NamedTypeProvider(AssemblyModel model) => _model = model;

    public ImmutableArray<NamedType> GetArrayType(ImmutableArray<NamedType> elementType, ArrayShape shape) =>
        elementType.Insert(0, new NamedType("netstandard", "System", "Array", true));

    public ImmutableArray<NamedType> GetByReferenceType(ImmutableArray<NamedType> elementType) => elementType;

    public ImmutableArray<NamedType> GetFunctionPointerType(MethodSignature<ImmutableArray<NamedType>> signature) => signature.ReturnType;

    public ImmutableArray<NamedType> GetGenericInstantiation(
        ImmutableArray<NamedType> genericType, ImmutableArray<ImmutableArray<NamedType>> typeArguments)
    {
        foreach (ImmutableArray<NamedType> argument in typeArguments)
        {
            genericType = genericType.AddRange(argument);
        }

        return genericType;
    }

    public ImmutableArray<NamedType> GetGenericMethodParameter(object? genericContext, int index) => [new("", "", "!!" + index, true)];

    public ImmutableArray<NamedType> GetGenericTypeParameter(object? genericContext, int index) => [new("", "", "!" + index, true)];

    public ImmutableArray<NamedType> GetModifiedType(ImmutableArray<NamedType> modifier, ImmutableArray<NamedType> unmodifiedType, bool isRequired) =>
        unmodifiedType.AddRange(modifier);

    public ImmutableArray<NamedType> GetPinnedType(ImmutableArray<NamedType> elementType) => elementType;

    public ImmutableArray<NamedType> GetPointerType(ImmutableArray<NamedType> elementType) => elementType;

    public ImmutableArray<NamedType> GetPrimitiveType(PrimitiveTypeCode typeCode) => [new("netstandard", "System", typeCode.ToString(), true)];

    public ImmutableArray<NamedType> GetSZArrayType(ImmutableArray<NamedType> elementType) =>
        elementType.Insert(0, new NamedType("netstandard", "System", "Array", true));

    public ImmutableArray<NamedType> GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) =>
        [_model.NameOf(handle)];

    public ImmutableArray<NamedType> GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) =>
        [_model.NameOf(handle)];

    public ImmutableArray<NamedType> GetTypeFromSpecification(
        MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
}
